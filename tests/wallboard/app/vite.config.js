import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  define: { 'process.env': {} },
  build: { minify: false, sourcemap: false, reportCompressedSize: false, chunkSizeWarningLimit: 1e6 },
});
