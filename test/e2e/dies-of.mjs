// Loaded into the emulator with `--import`: a function that decodes a stream record with the text DIES_OF in it fails
// with an error that nothing catches, like a defect.
const from = Buffer.from.bind(Buffer);
const text = process.env.DIES_OF;

Buffer.from = (...given) => {
  const bytes = from(...given);
  if (given[1] === 'base64' && bytes.includes(text)) throw new Error(`died of ${text}`);
  return bytes;
};
