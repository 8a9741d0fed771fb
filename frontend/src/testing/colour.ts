interface Oklch {
  l: number;
  c: number;
  h: number;
}

/** Reads `oklch(0.52 0.2 12)`; undefined for any other text. */
export const parseOklch = (text: string): Oklch | undefined => {
  const match = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(text.trim());
  return match ? { l: Number(match[1]), c: Number(match[2]), h: Number(match[3]) } : undefined;
};

/** Linear-light sRGB of an oklch colour (Ottosson's matrices), unclipped. */
export const toLinearRgb = ({ l, c, h }: Oklch): [number, number, number] => {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
};

const luminance = (colour: Oklch): number => {
  const [r, g, b] = toLinearRgb(colour).map((part) => Math.min(1, Math.max(0, part)));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};

/** Contrast of two colours as WCAG 2 defines it: 1 to 21. */
export const contrast = (one: Oklch, other: Oklch): number => {
  const [dark, light] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
};
