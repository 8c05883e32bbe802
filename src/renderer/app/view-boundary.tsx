import { Component, type ReactNode } from "react";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { wireErrorOf } from "../bridge/lab.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import { PlainLayout } from "../ui/view-layout.tsx";

interface ViewBoundaryProps {
  readonly name: string;
  readonly children: ReactNode;
}

/** A fault in one view leaves the others, the running experiment and Cancel alone. */
export class ViewBoundary extends Component<ViewBoundaryProps, { readonly error: WireError | null }> {
  override state: { readonly error: WireError | null } = { error: null };

  static getDerivedStateFromError(thrown: unknown): { error: WireError } {
    return { error: wireErrorOf(thrown) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <PlainLayout>
        <ErrorNotice
          title={`${this.props.name} cannot be shown`}
          error={error}
          onRetry={() => this.setState({ error: null })}
        />
      </PlainLayout>
    );
  }
}
