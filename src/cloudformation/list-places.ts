/**
 * A list parameter whose items keep the places that they have, for templates that make one resource per
 * place: an item that moved would for a moment have to exist twice. What is no longer wanted leaves an
 * empty item, which what is new fills. Both are comma separated.
 */
export function keepPlaces(before: string, wanted: string): string {
  const items = new Set(wanted.split(',').filter((item) => item !== ''));
  const places = before.split(',').map((item) => (items.delete(item) ? item : ''));
  const added = [...items];
  const filled = places.map((item) => (item === '' ? (added.shift() ?? '') : item));
  return [...filled, ...added].join().replace(/,+$/, '');
}
