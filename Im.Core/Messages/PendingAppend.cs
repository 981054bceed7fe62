using System.Diagnostics;

namespace Im.Core.Messages;

/// <summary>
/// An append in the writer's queue; completes when it is committed or has failed. Continuations run where it is completed, one after the other: what a node publishes
/// keeps the order of its sequences.
/// </summary>
internal sealed class PendingAppend(NewEvent added, Activity? activity) : TaskCompletionSource<AppendResult>
{
    public NewEvent Event => added;

    /// <summary>The span of this append, in its caller's trace.</summary>
    public Activity? Activity => activity;

    /// <summary>It was sent to a connection that broke: if it is found stored now, that was this very append.</summary>
    public bool OutcomeUnknown { get; set; }
}
