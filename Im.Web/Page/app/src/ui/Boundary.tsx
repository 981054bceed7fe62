import { Component, type ComponentChildren } from 'preact';

interface BoundaryProps {
  /** What the children are made of: they are drawn again when it changes, and only then. Without it always. */
  readonly dependsOn?: readonly unknown[];
  readonly instead: () => ComponentChildren;
  readonly children: ComponentChildren;
}

/** What throws while it is drawn takes nothing along but itself: something else stands in its place, until it is made of something else. */
export class Boundary extends Component<BoundaryProps, { readonly failed?: readonly unknown[] | true }> {
  override state: { readonly failed?: readonly unknown[] | true } = {};

  override shouldComponentUpdate({ dependsOn }: BoundaryProps, state: object): boolean {
    const before = this.props.dependsOn;
    return state !== this.state || !dependsOn || !before || dependsOn.some((each, index) => each !== before[index]);
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: this.props.dependsOn ?? true });
  }

  override render() {
    const { failed } = this.state;
    return failed === true || (failed && failed === this.props.dependsOn) ? this.props.instead() : this.props.children;
  }
}
