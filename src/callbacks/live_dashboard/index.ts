/** @file `LiveDashboard` and its types. */
export { LiveDashboard, type LiveDashboardOptions, type SampleFunction } from './live_dashboard.js';
export type { DashboardSample } from './observe.js';
