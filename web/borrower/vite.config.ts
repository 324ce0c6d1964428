import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/my/",
  plugins: [react()],
  build: {
    outDir: "../../creditline/edge/built/borrower",
    emptyOutDir: true,
    // A style or picture inlined as data would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
  },
  server: {
    proxy: { "/v1": "http://127.0.0.1:8100" },
  },
});
