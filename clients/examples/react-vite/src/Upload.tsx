import { useSuspenseLive, useUpload } from "@liveside/react";

export function Upload() {
  const { state, handle } = useSuspenseLive("LiveUpload");
  const { upload, status, progress, error, cancel } = useUpload(handle);
  return (
    <>
      <label>A picture or a text <input data-testid="file" type="file" onChange={({ target }) => target.files?.[0] && upload(target.files[0])} /></label>
      {status === "uploading" && <p><progress max={100} value={progress?.percent} /> <button onClick={cancel}>Cancel</button></p>}
      <p data-testid="upload-status">{status}</p>
      {state.fileUrl && <p><a data-testid="file-url" href={state.fileUrl}>{state.fileName}</a></p>}
      {error && <p role="alert" data-testid="upload-error">{error.message}</p>}
    </>
  );
}
