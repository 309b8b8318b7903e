import { defineStage } from './lib/infra/stage-settings.ts';

// The stages of this project, as any project that installs the package states its own.
export default {
  dev: defineStage({ like: 'dev' }),
  prod: defineStage({ like: 'prod' }),
};
