import type { PageData } from '../page-data.ts';
import { detailsPanel } from './details.ts';
import { byId } from './dom.ts';
import { HeatMap } from './heat-map.ts';

// A report without pairs has no matrix on its page.
if (document.getElementById('matrix') !== null) {
  const data: PageData = JSON.parse(byId('report-data', HTMLScriptElement).textContent);
  new HeatMap(data, detailsPanel(data)).start();
}
