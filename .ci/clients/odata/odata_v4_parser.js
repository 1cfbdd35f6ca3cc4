// Says of each filter on standard input (a JSON list) whether odata-v4-parser reads it (a JSON list of booleans).
'use strict';

const { filter } = require('odata-v4-parser');

// The parser follows the ABNF to the letter and so reads what stands in a URL: there, whatever is neither reserved nor
// unreserved is escaped.
const escaped = (text) => text.replace(/[^\x20-\x7e]|["#%+<>\\^`{|}]/gu, encodeURIComponent);

function reads(text) {
  try {
    filter(escaped(text));
    return true;
  } catch {
    return false;
  }
}

let input = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (part) => { input += part; });
process.stdin.on('end', () => process.stdout.write(JSON.stringify(JSON.parse(input).map(reads))));
