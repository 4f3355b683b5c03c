// The dashboard's list of alerts, and its times as people write them.

import { handleOf } from "/live/client.js";

const card = document.querySelector("#dashboard");
const part = (id) => card.querySelector(`[data-testid="dashboard-${id}"]`);
const dashboard = handleOf(card);

dashboard.subscribe("alerts", (alerts = []) => {
  part("alerts").replaceChildren(
    ...alerts.toReversed().map((alert) => {
      const item = document.createElement("li");
      item.textContent = alert;
      return item;
    }),
  );
  part("alerts").hidden = alerts.length === 0;
  part("quiet").hidden = alerts.length > 0;
});

dashboard.subscribe("lastRefresh", (at) => {
  part("last-refresh").textContent = at ? new Date(at).toLocaleTimeString() : "never";
});

card.addEventListener("liveside:result", ({ detail: { action } }) => {
  if (action === "addAlert") part("message").value = "";
});
