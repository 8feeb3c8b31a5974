/** The yearly chart, as SVG: bars of precipitation behind two lines of temperature. */
import type { Month } from "./figures.ts";

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 44;
const RIGHT = 60;
const TOP = 50;
const BOTTOM = 32;
/** The tops of both axes: 10 degrees stand as high as 100 mm. */
const WARMEST = 32;
const WETTEST = 320;
const RAIN = "#bfdbfe";
const WARM = "#c2410c";
const COLD = "#1d4ed8";

/** Draws one year. The same months give the same text. */
export function drawChart(year: string, months: readonly Month[]): string {
  const slot = (WIDTH - LEFT - RIGHT) / 12;
  const center = (index: number) => LEFT + slot * (index + 0.5);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="18" font-size="14" fill="#223">Seattle ${year}: precipitation and mean temperatures</text>`,
    ...legend(),
    ...gridLines(),
    ...months.map((month, index) => bar(month, center(index) - slot * 0.35, slot * 0.7)),
    polyline(months.map((month, index) => [center(index), temperatureY(month.meanMax)]), WARM),
    polyline(months.map((month, index) => [center(index), temperatureY(month.meanMin)]), COLD),
    ...months.map((month, index) => label(month.month.slice(5), center(index), HEIGHT - 12)),
    "</svg>",
    "",
  ].join("\n");
}

function gridLines(): readonly string[] {
  return [0, 10, 20, 30].map((degrees) => {
    const y = temperatureY(degrees);
    const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#e2e8f0"/>`;
    return `${line}<text x="${LEFT - 8}" y="${
      y + 4
    }" text-anchor="end" fill="#64748b">${degrees}&#176;</text>` +
      `<text x="${WIDTH - RIGHT + 8}" y="${y + 4}" fill="#64748b">${degrees * 10} mm</text>`;
  });
}

/** What the marks mean, each in its colour. */
function legend(): readonly string[] {
  const marks = [["precipitation", RAIN], ["mean daily maximum", WARM], ["mean daily minimum", COLD]];
  return marks.map(([text, color], index) => {
    const x = LEFT + index * 150;
    return `<rect x="${x}" y="28" width="12" height="8" fill="${color}"/>` +
      `<text x="${x + 18}" y="36" fill="#475569">${text}</text>`;
  });
}

function bar(month: Month, x: number, width: number): string {
  const height = round((month.precipitation / WETTEST) * (HEIGHT - TOP - BOTTOM));
  const y = round(HEIGHT - BOTTOM - height);
  return `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${height}" fill="${RAIN}">` +
    `<title>${month.month}: ${month.precipitation} mm</title></rect>`;
}

function polyline(points: readonly (readonly [number, number])[], color: string): string {
  const text = points.map(([x, y]) => `${round(x)},${y}`).join(" ");
  return `<polyline points="${text}" fill="none" stroke="${color}" stroke-width="2"/>`;
}

function label(text: string, x: number, y: number): string {
  return `<text x="${round(x)}" y="${y}" text-anchor="middle" fill="#64748b">${text}</text>`;
}

function temperatureY(degrees: number): number {
  return round(HEIGHT - BOTTOM - (degrees / WARMEST) * (HEIGHT - TOP - BOTTOM));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
