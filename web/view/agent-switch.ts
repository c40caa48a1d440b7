import type { Report } from '../api/load-report.ts';
import { agentGroups, type AgentChoice } from '../figures/agent-groups.ts';
import { tellsAgentsApart } from '../figures/choose-agents.ts';
import { describeAgents } from '../text/agent-groups.ts';
import { formatShare } from '../text/format.ts';
import { element, setText } from './elements.ts';

/** Shows the share of each kind of agent beside its button, and what the choice applies to. */
export interface AgentSwitch {
  show(report: Report, chosen: AgentChoice): void;
}

export function createAgentSwitch(): AgentSwitch {
  return {
    show({ total }, chosen) {
      // Without counts by kind there is nothing to choose, but the way back from an older choice.
      element('agent-kinds', HTMLFieldSetElement).hidden = !tellsAgentsApart(total) && chosen === 'all';
      for (const group of agentGroups) {
        const requests = total.agents[group] ?? 0;
        setText(`agent-kinds-${group}`, total.requests === 0 ? '' : formatShare(requests / total.requests));
      }
      const note = describeAgents(chosen, total);
      element('agent-kinds-note', HTMLParagraphElement).hidden = note === '';
      setText('agent-kinds-note', note);
    },
  };
}
