// Comparing pictures in the browser.

/** The share of pixels in which two pictures of one size differ visibly. */
export function difference(page, a, b) {
  return page.evaluate(async pictures => {
    const pixels = await Promise.all(pictures.map(async base64 => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      return pen.getImageData(0, 0, image.width, image.height).data;
    }));
    let different = 0;
    for (let i = 0; i < pixels[0].length; i += 4) {
      const apart = [0, 1, 2].reduce((sum, c) => sum + Math.abs(pixels[0][i + c] - pixels[1][i + c]), 0);
      if (apart > 40) different++;
    }
    return different / (pixels[0].length / 4);
  }, [a.toString('base64'), b.toString('base64')]);
}
