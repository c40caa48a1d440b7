import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePage, type Page } from '../../scripts/bundle-page.ts';

describe('the bundled page', () => {
  let page: Page;
  beforeAll(async () => {
    page = await bundlePage();
  });

  it('names only files that it has, and has none that it does not name', () => {
    const { html, assets } = page;
    const named = [...html.matchAll(/(?:src|href)="(?<url>[^"#?][^"]*)"/g)].map(({ groups }) => groups?.url);
    expect(new Set(named)).toEqual(new Set(Object.keys(assets).map((name) => `assets/${name}`)));
    expect(Object.keys(assets).every((name) => /^[a-z]+-[0-9a-f]{12}\.(?:js|css|svg)$/.test(name))).toBe(
      true,
    );
  });

  it('has no code or style in its document, which its policy would refuse', () => {
    const { html } = page;
    expect(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/.exec(html)).toBeNull();
  });

  it('keeps the licence of the chart library, and is small', () => {
    const { html, assets } = page;
    const code = Object.values(assets).join('');
    expect(code.includes('Leon Sorokin') && code.includes('Permission is hereby granted')).toBe(true);
    const compressed = [html, ...Object.values(assets)].map((text) => gzipSync(text).length);
    expect(compressed.reduce((sum, length) => sum + length, 0)).toBeLessThan(80_000);
  });
});
