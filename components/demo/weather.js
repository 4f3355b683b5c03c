// The weather's numbers with their units, in the words of the reader's language.

import { handleOf } from "/live/client.js";

const card = document.querySelector("#weather");
const part = (id) => card.querySelector(`[data-testid="weather-${id}"]`);
const weather = handleOf(card);

const written = (value, unit) =>
  new Intl.NumberFormat([], { style: "unit", unit, maximumFractionDigits: 0 }).format(value);

weather.subscribe("temperature", (degrees) => {
  part("temperature").textContent = degrees == null ? "–" : written(degrees, "celsius");
});
weather.subscribe("wind", (speed) => {
  part("wind").textContent = speed == null ? "" : `, wind ${written(speed, "kilometer-per-hour")}`;
});
