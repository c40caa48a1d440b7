import { describe, expect, it } from 'vitest';
import { parseAlerts, type Alert } from '../../web/api/load-alerts.ts';
import { describeAlert } from '../../web/text/alerts.ts';

const raised = {
  id: 'f'.repeat(32),
  kind: 'fall',
  change: 'raised',
  windowStart: '2025-12-28T18:00:00Z',
  requests: 1_250,
  usual: 16_000.4,
};

function alert(fields: Partial<Alert> = {}): Alert {
  return {
    id: '',
    kind: 'fall',
    isRaised: true,
    hour: 0,
    requests: 1_250,
    usual: 16_000.4,
    errors: undefined,
    ...fields,
  };
}

describe('the alerts of a period', () => {
  it('are read from the answer', () => {
    const answer = {
      judgedThrough: '2025-12-28T19:00:00Z',
      open: [{ id: raised.id, kind: 'fall' }],
      alerts: [raised],
    };
    const { alerts, open, areJudged, hasMore } = parseAlerts(answer);
    expect(alerts).toEqual([
      {
        id: raised.id,
        kind: 'fall',
        isRaised: true,
        hour: Date.parse(raised.windowStart),
        requests: 1_250,
        usual: 16_000.4,
      },
    ]);
    expect([open.has(raised.id), areJudged, hasMore]).toEqual([true, true, false]);
  });

  it('are none where no hour is judged', () => {
    expect(parseAlerts({ judgedThrough: null, open: [], alerts: [], nextToken: 'x' })).toMatchObject({
      areJudged: false,
      hasMore: true,
    });
  });

  it.each([
    [{}, 'Traffic fell to 1,250 requests; about 16,000 are usual.'],
    [{ requests: 1 }, 'Traffic fell to 1 request; about 16,000 are usual.'],
    [{ kind: 'rise' }, 'Traffic rose to 1,250 requests; about 16,000 are usual.'],
    [{ kind: 'errors', errors: 90 }, '90 of 1,250 requests failed.'],
    [{ kind: 'silence', requests: 0 }, 'No request; about 16,000 are usual.'],
    [{ kind: 'silence', isRaised: false }, 'Requests arrive again.'],
    [{ kind: 'errors', isRaised: false }, 'The share of errors is as usual again.'],
    [{ kind: 'of a newer version' }, 'Alert: of a newer version.'],
  ])('describes %j', (fields, sentence) => {
    expect(describeAlert(alert(fields))).toBe(sentence);
  });
});
