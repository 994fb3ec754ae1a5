// A recording as a file of the customer's own.

export function saveAsFile(take, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  const ending = take.mime.includes("mp4") ? "mp4" : "webm";
  link.download = take.filename || `recording-${take.position + 1}.${ending}`;
  link.click();
}
