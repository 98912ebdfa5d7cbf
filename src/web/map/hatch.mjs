// Hatching: what is not significant, or counted from few, is told apart without colour.

const SIZE = 16; // pixels, drawn at two a point

export function hatchImage(theme) {
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const pen = canvas.getContext('2d');
  pen.strokeStyle = theme === 'dark' ? '#c9cedb' : '#5c576c';
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const shift of [-SIZE, 0, SIZE]) {
    pen.moveTo(shift, SIZE);
    pen.lineTo(shift + SIZE, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}
