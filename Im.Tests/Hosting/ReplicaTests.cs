using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Im.Tests.Hosting;

public sealed class ReplicaTests : AppTest
{
    [Fact]
    public async Task Replicas_have_stable_names_ports_of_their_own_and_the_variables_of_every_Aspire_program()
    {
        await StartAsync(builder =>
        {
            var back = builder.AddProject<EchoProject>("back", null).WithHttpEndpoint().WithReplicas(2);
            builder.AddProject<EchoProject>("front", null)
                .WithHttpEndpoint()
                .WithReference(back)
                .WithReference(builder.AddConnectionString("store", ReferenceExpression.Create($"Host={back.GetEndpoint("http").Property(EndpointProperty.Host)};{{x}}")))
                .WithEnvironment("BACK", $"at {back.GetEndpoint("http")}");
        });

        var first = await PlannedAsync("back-1");
        var second = await PlannedAsync("back-2");
        Assert.Equal("service.instance.id=1", first["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("service.instance.id=2", second["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("back", second["OTEL_SERVICE_NAME"]);
        Assert.NotEqual(first["ASPNETCORE_URLS"], second["ASPNETCORE_URLS"]);
        Assert.All([first, second], v => Assert.InRange(new Uri(v["ASPNETCORE_URLS"]!).Port, 1024, 32767));

        var front = await PlannedAsync("front-1");
        var address = front["services__back__http__0"];
        Assert.Equal(address, front["BACK_HTTP"]);
        Assert.Equal($"at {address}", front["BACK"]);
        Assert.NotEqual(address, first["ASPNETCORE_URLS"]);
        Assert.Equal("Host=localhost;{x}", front["ConnectionStrings__store"]);
        // Without a dashboard nobody listens, and an exporter would hold up shutdown.
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", front.Keys);
    }

    [Fact]
    public async Task A_command_is_given_to_the_replica_it_was_chosen_on()
    {
        var given = new List<string>();
        await StartAsync(builder => builder.AddProject<EchoProject>("node", null).WithReplicas(2).WithCommand("poke", "Poke", context =>
        {
            given.Add(context.ResourceName);
            return Task.FromResult(CommandResults.Success());
        }));
        await PlannedAsync("node-2");

        Assert.True((await Commands.ExecuteCommandAsync("node-2", "poke", Limit)).Success);
        Assert.Equal(["node-2"], given);
        Assert.False((await Commands.ExecuteCommandAsync("node-2", "stroke", Limit)).Success);
        Assert.False((await Commands.ExecuteCommandAsync("node-3", "poke", Limit)).Success);
    }

    private async Task<Dictionary<string, string?>> PlannedAsync(string replicaId)
    {
        var planned = await Notifications.WaitForResourceAsync(
            replicaId[..replicaId.LastIndexOf('-')], e => e.ResourceId == replicaId && !e.Snapshot.EnvironmentVariables.IsEmpty, Limit);
        return planned.Snapshot.EnvironmentVariables.ToDictionary(v => v.Name, v => v.Value);
    }
}
