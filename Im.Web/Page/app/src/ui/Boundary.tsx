import { Component, type ComponentChildren } from 'preact';

interface BoundaryProps {
  /** What the children are made of: they are drawn again when it changes, and only then. Without it always. */
  readonly dependsOn?: readonly unknown[];
  readonly instead: () => ComponentChildren;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  /** What they were made of when they could not be drawn. */
  readonly failed?: readonly unknown[];
}

/** What throws while it is drawn takes nothing along but itself: something else stands in its place, until it is made of something else. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = {};

  override shouldComponentUpdate({ dependsOn }: BoundaryProps, state: BoundaryState): boolean {
    return state !== this.state || !dependsOn || !isSame(dependsOn, this.props.dependsOn);
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: this.props.dependsOn ?? [] });
  }

  override render() {
    return isSame(this.state.failed, this.props.dependsOn ?? []) ? this.props.instead() : this.props.children;
  }
}

const isSame = (one: readonly unknown[] | undefined, other: readonly unknown[] | undefined): boolean =>
  one !== undefined && one.length === other?.length && one.every((each, index) => each === other[index]);
