import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

// The small build of the schema library says nothing but "Invalid input" until it is given a language.
z.config(en());
