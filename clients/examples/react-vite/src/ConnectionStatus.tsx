import { useConnection } from "@liveside/react";

export function ConnectionStatus() {
  const { status } = useConnection();
  return <span role="status" className="soft" data-testid="connection-status" data-status={status}>{status}</span>;
}
