import { describe, expect, it } from 'vitest';
import { parseAlerts, type Alert, type Alerts } from '../../web/api/load-alerts.ts';
import { alertSpans } from '../../web/figures/alert-spans.ts';
import { describeAlert, describeAlertSpan } from '../../web/text/alerts.ts';

const raised = {
  id: 'f'.repeat(32),
  kind: 'fall',
  change: 'raised',
  windowStart: '2025-12-28T18:00:00Z',
  since: '2025-12-28T17:00:00Z',
  requests: 1_250,
  usual: 16_000.4,
};

function alert(fields: Partial<Alert> = {}): Alert {
  return {
    id: '',
    kind: 'fall',
    isRaised: true,
    raisedId: undefined,
    hour: 0,
    since: 0,
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
      open: [{ id: raised.id, kind: 'fall', since: raised.since }],
      alerts: [raised],
    };
    const { alerts, open, areJudged, hasMore } = parseAlerts(answer);
    expect(alerts).toEqual([
      {
        id: raised.id,
        kind: 'fall',
        isRaised: true,
        hour: Date.parse(raised.windowStart),
        since: Date.parse(raised.since),
        requests: 1_250,
        usual: 16_000.4,
      },
    ]);
    expect(open).toEqual([{ id: raised.id, kind: 'fall', since: Date.parse(raised.since) }]);
    expect([areJudged, hasMore]).toEqual([true, false]);
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

describe('the times of alerts', () => {
  const hour = 3_600_000;
  const range = { from: 10 * hour, to: 20 * hour };
  const now = 18 * hour;
  const raisedAt = (since: number, id: string) =>
    alert({ id, since: since * hour, hour: (since + 1) * hour });
  const resolvedAt = (end: number, raisedId: string) =>
    alert({ id: `${raisedId} ended`, isRaised: false, raisedId, hour: end * hour });
  const hoursOf = (alerts: Partial<Alerts>) =>
    alertSpans({ alerts: [], open: [], areJudged: true, hasMore: false, ...alerts }, range, now).map(
      ({ from, to }) => [from / hour, to / hour],
    );
  const open = (since: number, id: string) => ({ id, kind: 'fall', since: since * hour });

  it('last from the first unusual hour until an hour is usual again', () => {
    expect(hoursOf({ alerts: [raisedAt(12, 'a'), resolvedAt(15, 'a')] })).toEqual([[12, 15]]);
  });

  it('last until now where they are not over', () => {
    expect(hoursOf({ alerts: [raisedAt(12, 'a')], open: [open(12, 'a')] })).toEqual([[12, 18]]);
  });

  it('begin or end with the period where they began before it or end after it', () => {
    expect(hoursOf({ alerts: [resolvedAt(13, 'a')] })).toEqual([[10, 13]]);
    expect(hoursOf({ alerts: [raisedAt(12, 'a')] })).toEqual([[12, 20]]);
    expect(hoursOf({ open: [open(3, 'a')] })).toEqual([[10, 18]]);
    expect(hoursOf({ open: [open(21, 'a')] })).toEqual([]);
  });

  it('claim no end that was not read', () => {
    expect(hoursOf({ alerts: [raisedAt(12, 'a')], hasMore: true })).toEqual([[12, 14]]);
  });

  it('are described without numbers where they began before the period', () => {
    const [span] = alertSpans(
      { alerts: [], open: [open(3, 'a')], areJudged: true, hasMore: false },
      range,
      now,
    );
    expect(span && describeAlertSpan(span, 'UTC')).toBe(
      'Alert from Thu 1 Jan, 10:00: Traffic is lower than usual.',
    );
  });
});
