using System.Diagnostics;

namespace Im.Web.Http;

/// <summary>
/// Begins each request's trace here: what a client says of a trace, or puts into its baggage, is not believed, or anybody could write into the traces of others and have
/// everything sampled. Outgoing requests carry ours.
/// </summary>
internal sealed class ForeignTraces : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => Current.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => Current.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) => (traceId, traceState) = (null, null);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
