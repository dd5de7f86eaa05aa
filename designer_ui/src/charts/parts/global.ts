/** Plotly's older parts name the global object as Node does; it must be there before they run. */

Object.assign(globalThis, { global: globalThis });

export {};
