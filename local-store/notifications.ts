export { notificationRules, type NotificationRule } from './notifications/rules.ts';
export { notifyingObjectStore, type NotifyingOptions } from './notifications/notifying-object-store.ts';
