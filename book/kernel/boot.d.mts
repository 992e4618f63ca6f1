import type { PyodideAPI } from "pyodide";

export const ENVIRONMENT: Record<string, string>;
export const LIBRARY: string;
export function importBridge(py: PyodideAPI): void;
export function mount(py: PyodideAPI, site: Uint8Array): void;
export function prepare(py: PyodideAPI, site: Uint8Array): void;
export function restore(
  folder: URL,
  indexURL: string,
  memory: Uint8Array,
  fill: (memory: Uint8Array) => Promise<void>,
): Promise<PyodideAPI>;
