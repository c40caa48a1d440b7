import { allowedHosts, describeGate } from '../../contract/http-gate.contract.ts';
import { useServedApp } from './served-app.ts';

describeGate(useServedApp({ environment: { ALLOWED_HOSTS: allowedHosts } }));
