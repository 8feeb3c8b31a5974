/** The yearly chart, as SVG: bars of precipitation behind two lines of temperature. */
import type { Month } from "./figures.ts";

const WIDTH = 640;
const HEIGHT = 280;
const LEFT = 44;
const RIGHT = 44;
const TOP = 30;
const BOTTOM = 32;
const WARMEST = 32;
const WETTEST = 260;

/** Draws one year. The same months give the same text. */
export function drawChart(year: string, months: readonly Month[]): string {
  const slot = (WIDTH - LEFT - RIGHT) / 12;
  const center = (index: number) => LEFT + slot * (index + 0.5);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="18" font-size="14" fill="#223">Seattle ${year}: precipitation and mean temperatures</text>`,
    ...gridLines(),
    ...months.map((month, index) => bar(month, center(index) - slot * 0.35, slot * 0.7)),
    polyline(months.map((month, index) => [center(index), temperatureY(month.meanMax)]), "#c2410c"),
    polyline(months.map((month, index) => [center(index), temperatureY(month.meanMin)]), "#1d4ed8"),
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
    }" text-anchor="end" fill="#64748b">${degrees}&#176;</text>`;
  });
}

function bar(month: Month, x: number, width: number): string {
  const height = round((month.precipitation / WETTEST) * (HEIGHT - TOP - BOTTOM));
  const y = round(HEIGHT - BOTTOM - height);
  return `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${height}" fill="#bfdbfe">` +
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
