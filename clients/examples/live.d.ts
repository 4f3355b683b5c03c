// The components that this app uses, as `liveside types` writes them.

import "@liveside/client";

interface Counted {
  success: boolean;
  count: number;
}

declare module "@liveside/client" {
  interface LiveComponents {
    LiveCounter: {
      state: { count: number; lastUpdatedBy: string | null; connectedUsers: number };
      actions: {
        increment(payload?: { by?: number }): Promise<Counted>;
        decrement(payload?: { by?: number }): Promise<Counted>;
        reset(): Promise<Counted>;
      };
    };
    LiveForm: {
      state: { name: string; email: string; message: string; submitted: boolean; submittedAt: number | null };
      actions: {
        validate(): Promise<{ valid: boolean; errors: Record<string, string> }>;
        submit(): Promise<{ success: boolean }>;
        reset(): Promise<void>;
      };
    };
    LiveRoomChat: {
      state: {
        name: string;
        current: { id: string; name: string } | null;
        messages: { id: number; from: string; text: string }[];
        members: { name: string; owner: boolean }[];
      };
      actions: {
        setName(payload: { name: string }): Promise<void>;
        joinRoom(payload: { room: string }): Promise<void>;
        send(payload: { text: string }): Promise<void>;
      };
    };
    LiveUpload: {
      state: { status: string; progress: number; fileName: string | null; fileUrl: string | null; error: string | null };
      actions: { reset(): Promise<{ success: boolean }> };
    };
  }
}
