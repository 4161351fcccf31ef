import { streams, type AnswerScript } from 'nestjs-sluice/testing';

const FIRST_TOKEN_MS = 400;
const TOKEN_MS = 60;
const CHARACTERS_A_TOKEN = 4;

const TEXT = `[simulated] No model wrote this: without a key a scripted upstream answers.

A lighthouse keeper once kept a log. Each evening he climbed one hundred and forty-four steps, trimmed the wick, and wrote down every ship that passed: her name, her course, the hour. He numbered the lines from zero, because the first ship he ever saw had gone by before he had found a pencil, and he wanted to leave her a place.

The harbour read the log by heliograph. While the sun shone the keeper flashed the lines across the bay as he wrote them, and a clerk on the quay copied them down. But fog is not a thing that asks. It came in the middle of a page, in the middle of a line, once in the middle of the word “schooner”, and then the clerk sat with half a ship in his book.

The first keeper had begun again from the top each time the fog lifted. The clerk’s book was full of ships that had passed twice, and of quarrels about which of them had. Another had gone on from wherever he happened to be, and the book was full of holes.

This keeper did neither. He went on writing in the fog, since ships do not wait for it. When it lifted, the clerk flashed one number, the last line that he held whole, and the keeper sent what came after it: first quickly, all that the fog had swallowed, and then at the pace of the sea. “Schoo”, said the book, and a moment later “ner”, and nobody who read it afterwards could tell where the fog had been.

On clear days a second clerk came, who had missed the beginning. He got it from line zero, in the same words, and the keeper looked out at each ship no more often for that. And when the harbour master had read enough, he sent a single flash. The keeper closed the log, and both clerks wrote the same last line.`;

/** Half a minute of text in pieces that pay no heed to words, as tokens do not. */
export function slowAnswer(): AnswerScript {
  const pieces = TEXT.match(new RegExp(`.{1,${CHARACTERS_A_TOKEN}}`, 'gsu')) ?? [];
  return streams(...pieces)
    .model('simulated')
    .paced(FIRST_TOKEN_MS, TOKEN_MS);
}
