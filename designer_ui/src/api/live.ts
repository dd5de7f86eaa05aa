/** What the server tells open pages, handed to the screens that listen. The line itself is the frame's (`useLive`). */

type Topic = "data";

const listeners = new Map<Topic, Set<() => void>>();

/** Calls `listen` whenever the server says so; returns how to stop. */
export const onLive = (topic: Topic, listen: () => void): (() => void) => {
  const those = listeners.get(topic) ?? new Set();
  listeners.set(topic, those.add(listen));
  return () => {
    those.delete(listen);
  };
};

export const heard = (topic: Topic): void => {
  for (const listen of listeners.get(topic) ?? []) listen();
};
