import type { Report } from '../api/load-report.ts';
import { requestsChart } from '../charts/requests-chart.ts';
import { chooseAgents } from '../figures/choose-agents.ts';
import { contentOf } from '../figures/content-of.ts';
import type { Range } from '../period/period.ts';
import type { View } from '../state/url-state.ts';
import { whose } from '../text/agent-groups.ts';
import { namedPeriod, summarise } from '../text/describe.ts';
import { showAlerts } from './alerts.ts';
import { createAgentSwitch } from './agent-switch.ts';
import { createChart } from './chart.ts';
import { showChartNotes } from './chart-notes.ts';
import { element, setText } from './elements.ts';
import { showFigures } from './figures.ts';
import { showLegend } from './legend.ts';
import { createMeasures } from './measures.ts';
import { showPathKindNote } from './path-kind-note.ts';
import { printHeadOf, showPrintHead } from './print-head.ts';
import { showSeriesTable } from './series-table.ts';
import { onSchemeChange } from './theme.ts';

/** The figures, charts and tables of a report. */
export interface ReportView {
  /** @param now  the time of the report */
  show(report: Report, view: View, now: number): void;
  /** Returns what is said of the report: a summary of what the user chose to see. */
  summaryOf(report: Report, view: View): string;
}

export function createReportView(onZoom: (part: Range) => void): ReportView {
  const chart = createChart(element('chart', HTMLDivElement), onZoom);
  const legend = element('chart-legend', HTMLUListElement);
  const measures = createMeasures(onZoom);
  const agentSwitch = createAgentSwitch();
  let content = '';
  let redrawLegend: () => void = () => undefined;

  onSchemeChange(() => {
    chart.redraw();
    redrawLegend();
    measures.redraw();
  });

  const summaryOf = (report: Report, { agents }: View) => summarise(chooseAgents(report, agents));

  return {
    summaryOf,
    show(report, view, now) {
      const chosen = chooseAgents(report, view.agents);
      const begun = report.buckets.filter(({ from }) => from <= now).length;
      const newContent = `${contentOf(report)} ${JSON.stringify([begun, view.agents, view.paths, namedPeriod(report, view)])}`;
      if (content !== newContent) {
        content = newContent;
        showFigures(report, chosen, view);
        const of = view.agents === 'all' ? '' : ` of ${whose(view.agents)}`;
        setText('series-title', `Requests${of} per ${report.unit}`);
        setText('summary', summaryOf(report, view));
        showSeriesTable(chosen, view.agents, now);
        agentSwitch.show(report, view.agents);
        showPathKindNote(report.total, view.paths);
        measures.show(report, now);
        showAlerts(report);
      }
      showPrintHead(printHeadOf(report));
      // The strip, and what runs, move on without new requests.
      const requests = requestsChart(chosen, view.agents, now);
      chart.show(requests);
      redrawLegend = () => showLegend(legend, requests);
      redrawLegend();
      showChartNotes(requests, report, now);
    },
  };
}
