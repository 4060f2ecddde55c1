import { defineConfig, type Plugin } from 'vite';

// GraphiQL's style carries its fonts as data: addresses, which the page's policy refuses (and
// which are most of its weight); it gets the page's own Inter instead.
const ownFonts: Plugin = {
  name: 'own-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.includes('graphiql/dist/style.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

export default defineConfig({
  root: 'graphiql',
  base: '/graphiql/',
  plugins: [ownFonts],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: '../../src/riskreg/web/graphiql',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    modulePreload: { polyfill: false },
    // "use client" means nothing outside a server renderer.
    rolldownOptions: { onwarn: (warning, tell) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || tell(warning) },
  },
});
