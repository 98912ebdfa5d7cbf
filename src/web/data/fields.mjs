// What can be imported, and which fields each kind has: the names of the contract.

export const KINDS = {
  incidents: ['id', 'category', 'reported', 'occurred', 'closed', 'deadline', 'source', 'status', 'address', 'lon', 'lat', 'x', 'y',
    'department', 'description', 'unit', 'weight'],
  units: ['code', 'name', 'name_en', 'parent', 'level'],
  streets: ['name', 'name_en', 'class', 'left_from', 'left_to', 'right_from', 'right_to'],
  addresses: ['address', 'street', 'number', 'unit', 'lon', 'lat'],
  places: ['name', 'name_en', 'class', 'address', 'lon', 'lat'],
  zones: ['name', 'kind', 'hours', 'weekdays', 'from', 'to'],
  targets: ['unit', 'category', 'from', 'to', 'target'],
  population: ['unit', 'population'],
  taxonomy: [],
};
export const LEVELS = ['city', 'district', 'subdistrict', 'community', 'cell'];
