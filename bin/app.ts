import { createEventTrackerApp } from '../lib/infra/event-tracker-app.ts';

createEventTrackerApp();
