/** Attempts of a page with their results: `nothing`, or what it could see. */
export type Outcomes = Readonly<Record<string, string>>;

export interface Targets {
  /** Address of the emulator, as the page reaches it. */
  readonly http: string;
  /** Address of serverless-offline's port for invocations. */
  readonly lambda: string;
  /** A batch in JSON. */
  readonly batch: string;
}

/** Returns a page that uses every means of a page to read from the emulator, write to it and invoke its functions. */
export function hostilePage({ http, lambda, batch }: Targets): string {
  const event = {
    version: '2.0',
    rawPath: '/logs',
    headers: { 'x-customer-id': 'cus-evil', 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/logs' } },
    body: batch,
    isBase64Encoded: false,
  };
  return `<!doctype html><title>hostile</title><body><script>
    const http = ${JSON.stringify(http)};
    const batch = ${JSON.stringify(batch)};
    const invoke = ${JSON.stringify(`${lambda}/2015-03-31/functions/log-analytics-pipeline-dev-ingest/invocations`)};
    const event = ${JSON.stringify(JSON.stringify(event))};

    const request = async (url, options) => {
      const answer = await fetch(url, options);
      const text = await answer.text();
      return answer.ok ? 'read ' + text : 'nothing';
    };
    const element = (name, attributes) => new Promise((resolve) => {
      const made = Object.assign(document.createElement(name), attributes);
      made.onload = () => resolve('loaded');
      made.onerror = () => resolve('nothing');
      document.body.append(made);
    });
    /** A form can send any text: the first of its fields ends in a name, whose value is the rest. */
    const form = (action, text) => new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = 'frame' + Math.random();
      document.body.append(frame);
      const made = Object.assign(document.createElement('form'), {
        action, method: 'POST', enctype: 'text/plain', target: frame.name,
      });
      const at = text.indexOf('=') < 0 ? text.length : text.indexOf('=');
      made.append(Object.assign(document.createElement('input'), {
        name: text.slice(0, at), value: text.slice(at + 1),
      }));
      document.body.append(made);
      frame.onload = () => resolve(seeInto(frame.contentWindow));
      setTimeout(() => resolve('nothing'), 1000);
      made.submit();
    });
    const seeInto = (window) => {
      try { return 'saw ' + window.document.body.innerText; } catch { return 'nothing'; }
    };
    const connect = (Kind, url) => new Promise((resolve) => {
      const made = new Kind(url);
      made.onopen = () => resolve('connected');
      made.onerror = () => resolve('nothing');
    });

    const json = { 'x-customer-id': 'cus-evil', 'content-type': 'application/json' };
    const attempts = {
      'reads the customers': () => request(http + '/customers'),
      'reads windows': () => request(http + '/aggregates', { headers: { 'x-customer-id': 'cus-victim' } }),
      'reads metrics': () => request(http + '/metrics'),
      'writes a batch': () => request(http + '/logs', { method: 'POST', headers: json, body: batch }),
      'writes a batch without asking': () =>
        request(http + '/logs', { method: 'POST', mode: 'no-cors', body: batch, headers: { 'content-type': 'text/plain' } }),
      'writes by a beacon': async () => void navigator.sendBeacon(http + '/logs', batch),
      'writes by a form': () => form(http + '/logs', batch),
      'invokes a function': () => request(invoke, { method: 'POST', mode: 'no-cors', body: event }),
      'invokes a function by a form': () => form(invoke, event),
      'runs customers as a script': () => element('script', { src: http + '/customers' }),
      'shows customers as an image': () => element('img', { src: http + '/customers' }),
      'reads customers as a style sheet': () => element('link', { rel: 'stylesheet', href: http + '/customers' }),
      'opens a socket': () => connect(WebSocket, http.replace('http', 'ws') + '/customers'),
      'listens to events': () => connect(EventSource, http + '/customers'),
    };
    (async () => {
      const outcomes = {};
      for (const [name, attempt] of Object.entries(attempts)) {
        outcomes[name] = await attempt().then((outcome) => outcome || 'nothing', () => 'nothing');
      }
      window.outcomes = outcomes;
    })();
  </script>`;
}
