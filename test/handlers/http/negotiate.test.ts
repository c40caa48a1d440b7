import { describe, expect, it } from 'vitest';
import { negotiate } from '../../../handlers/http/negotiate.ts';

describe('negotiate', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/CSV; header=present', 'csv'],
    ['text/*', 'csv'],
    ['text/csv, */*', 'csv'],
    ['text/csv, application/json', 'json'],
    ['text/csv;q=0.9, application/json', 'json'],
    ['application/json;q=0.5, text/csv;q=0.8', 'csv'],
    ['application/*;q=0.5, text/csv; charset=utf-8; q=0.8', 'csv'],
    ['text/csv;q=0.1, */*;q=0.2', 'json'],
    ['*/*;q=0.2, text/csv;q=0.1, application/json;q=0', 'csv'],
    ['text/csv;q=0', 'json'],
    ['text/csv;q=0, application/json;q=0', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['text/html', 'json'],
    ['text/csv;q=abc, */*;q=0.5', 'csv'],
    [', ,;q=1,/,text/,/csv', 'json'],
  ])('answers %j with %s', (accept, expected) => {
    expect(negotiate(accept)).toBe(expected);
  });
});
