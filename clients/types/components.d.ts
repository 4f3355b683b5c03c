// As `liveside types` writes it.

import "@liveside/client";

declare module "@liveside/client" {
  interface LiveComponents {
    LiveCounter: {
      state: { count: number; lastUpdatedBy: string | null };
      actions: { increment(payload?: { by?: number }): Promise<{ success: boolean; count: number }> };
    };
  }
}
