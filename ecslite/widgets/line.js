// The line to Python: one wish at a time; of those that come meanwhile only the latest is kept.

/** `onWake` is called when a wish finds no kernel, `onResult` with each answer, `onState` with still, waking, live ... */
export function createLine({ onWake, onResult, onState }) {
  let model = null, flying = null, wish = null, number = 0;

  function pump() {
    if (!wish || flying) return;
    if (!model) {
      onState("waking");
      onWake?.();
      return;
    }
    number += 1;
    flying = { n: number, ...wish };
    wish = null;
    onState("running");
    model.set("request", flying);
    model.save_changes();
  }

  function heard() {
    const result = model?.get("result");
    if (!flying || !result || result.n !== flying.n) return;
    flying = null;
    onState("live");
    onResult(result);
    pump();
  }

  return {
    send(asked) {
      wish = asked;
      // A band that is under way gives way to a new wish.
      if (flying?.band) model?.send({ type: "stop", n: flying.n });
      pump();
    },
    stop() {
      if (flying?.band) model?.send({ type: "stop", n: flying.n });
    },
    forget() {
      wish = null;
    },
    attach(newModel) {
      model?.off?.("change:result", heard);
      model = newModel;
      flying = null;
      model.on("change:result", heard);
      onState("live");
      pump();
    },
    detach() {
      model?.off?.("change:result", heard);
      model = null;
      // What was running is not asked again: it may be what the kernel died of.
      flying = null;
    },
    busy: () => flying !== null,
  };
}
