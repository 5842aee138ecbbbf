type Rgb = [red: number, green: number, blue: number];

/** What text of the accent's colour stands on, by theme: see `styles.css`. */
const surfaces = {
  light: ['#ffffff', '#f7f8fa', '#f0f2f5'],
  dark: ['#0e1116', '#151a21', '#1d232c'],
} as const;

/** As WCAG 2.2 AA asks of text. */
const readable = 4.5;
/** How much of the colour tints what is chosen. */
const tintShare = 0.1;

/** A brand's colour as both themes can use it: as text and on buttons, always readable. */
export interface Accent {
  accent: string;
  onAccent: string;
  tint: string;
}

/** The colour, `#rrggbb`, moved towards black or white as little as it must be. */
export function accentFor(color: string, theme: 'light' | 'dark'): Accent {
  const towards: Rgb = theme === 'light' ? [0, 0, 0] : [255, 255, 255];
  const grounds = surfaces[theme].map(rgbOf);
  const wanted = rgbOf(color);
  let accent = wanted;
  let tint = accent;
  for (let share = 0; share <= 1; share += 0.02) {
    accent = mix(wanted, towards, share);
    tint = mix(grounds[0]!, accent, tintShare);
    if ([...grounds, tint].every((ground) => contrast(accent, ground) >= readable)) break;
  }
  const onAccent: Rgb = contrast(accent, [255, 255, 255]) >= readable ? [255, 255, 255] : [0, 0, 0];
  return { accent: hexOf(accent), onAccent: hexOf(onAccent), tint: hexOf(tint) };
}

/** The ratio of two colours' luminances, 1 to 21, as WCAG defines it. */
export function contrastOf(one: string, other: string): number {
  return contrast(rgbOf(one), rgbOf(other));
}

function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((value, at) => Math.round(value + (to[at]! - value) * share)) as Rgb;
}

function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
