// The clock's face. The time is the server's, how it is written is the page's.

import { handleOf } from "/live/client.js";

const card = document.querySelector("#clock");
const digits = card.querySelector('[data-testid="clock-time"]');
const date = card.querySelector("[data-part=date]");

handleOf(card).subscribe("time", (time) => {
  const now = new Date(time);
  digits.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  digits.dateTime = now.toISOString();
  date.textContent = now.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  const minutes = now.getHours() * 60 + now.getMinutes();
  const degrees = { hours: minutes / 2, minutes: now.getMinutes() * 6, seconds: now.getSeconds() * 6 };
  for (const hand of card.querySelectorAll("[data-hand]")) {
    hand.setAttribute("transform", `rotate(${degrees[hand.dataset.hand]})`);
  }
});
