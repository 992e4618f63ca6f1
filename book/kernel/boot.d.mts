import type { PyodideAPI } from "pyodide";

export const ENVIRONMENT: Record<string, string>;
export function mount(py: PyodideAPI, site: Uint8Array): void;
export function prepare(py: PyodideAPI, site: Uint8Array): void;
