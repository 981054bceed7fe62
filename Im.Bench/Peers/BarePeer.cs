using Im.Bench.Load;
using Im.Bench.Measurement;

namespace Im.Bench.Peers;

/// <summary>Two <see cref="BareNode"/>s that pass on to each other.</summary>
internal sealed class BarePeer : Peer
{
    public override string Name => "the bare server";

    // Nothing stands beside it.
    public override Column Column => Column.Im;

    public override Codec Codec { get; } = new BareCodec();

    protected override async Task StartNodesAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; index < Ports.Length; index++)
            Nodes = [.. Nodes, await OwnedProcess.StartDotNetAsync($"Bare server {index + 1}",
                BenchProgram.Command("bare", $"{Ports[index]}", index == 0 ? "0" : $"{Ports[0]}"), new Dictionary<string, string>(), Ports[index], cancellationToken)];
    }

    protected override Task<IReadOnlyList<Account>> AddAccountsAsync(int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Account>>([.. Enumerable.Range(0, count).Select(_ => new Account(Guid.NewGuid(), null))]);

    public override async ValueTask DisposeAsync() => await StopNodesAsync();
}
