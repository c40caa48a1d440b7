/** Returns why something could not be done, with the cause that the system names, if the message does not repeat it. */
export function reasonOf({ message, cause }: Error): string {
  const isNews = cause instanceof Error && !message.includes(cause.message);
  return isNews ? `${message} (${cause.message})` : message;
}
