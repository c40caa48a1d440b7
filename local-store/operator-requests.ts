export { askOwner, OwnerGone, RequestFailed } from './operator-requests/ask-owner.ts';
export { serveRequests, type RequestServer } from './operator-requests/serve-requests.ts';
