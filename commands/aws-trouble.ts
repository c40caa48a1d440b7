const missing = {
  region: 'AWS request failed: no region. Set AWS_REGION, such as AWS_REGION=eu-central-1.',
  credentials:
    'AWS request failed: no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
} as const;

/** Says which AWS setting is missing; `undefined` where the error has another cause. */
export function describeAwsTrouble(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (/region is missing/i.test(each.message)) return missing.region;
    const isWithoutCredentials =
      each.name === 'CredentialsProviderError' || /could not load credentials/i.test(each.message);
    if (isWithoutCredentials) return missing.credentials;
  }
  return undefined;
}
