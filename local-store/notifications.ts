export { notificationRules, type NotificationRule } from './notifications/rules.ts';
export { notifyingObjectStore } from './notifications/notifying-object-store.ts';
