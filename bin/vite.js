// Builds the dashboard into the folder that is named: `node bin/vite.js FOLDER`. A process of its own, because a build leaves hundreds
// of megabytes behind.
import path from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { root } from './runtime.js';

await build({
  configFile: false,
  root: path.join(root, 'dashboard'),
  plugins: [react(), tailwind()],
  logLevel: 'warn',
  build: {
    outDir: path.resolve(process.argv[2]),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inlined: the content security policy knows no data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 400,
  },
});
