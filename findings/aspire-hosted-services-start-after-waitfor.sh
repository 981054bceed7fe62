#!/usr/bin/env bash
# A hosted service that an AppHost adds starts only after everything that another resource waits for is healthy.
#
# Seen on: Aspire.Hosting.AppHost 13.6.5 (SDK 13.6.4), its DCP, linux-x64, .NET 10.
# Guess:   hosted services start within a moment of app.StartAsync(), beside the resources, so that a BackgroundService sees the whole start.
# Seen:    they start one after the other, and Aspire's own, which is registered before, returns only when a WaitFor has been met (6 s here). What is inserted at the front of the services starts before.
# So:      Services.Insert(0, …) for what must see a start; what only listens goes before what tells it.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Aspire.AppHost.Sdk/13.6.4">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NoWarn>$(NoWarn);ASPIRE010</NoWarn><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Aspire.Hosting.AppHost" Version="13.6.5" />
    <PackageReference Include="Polly.Core" Version="8.9.1" />
    <PackageReference Include="Nerdbank.MessagePack" Version="1.3.88" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

var clock = new System.Diagnostics.Stopwatch();
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
builder.Services.AddHealthChecks().AddCheck("check", () => clock.Elapsed.TotalSeconds > 6 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
var first = builder.AddExecutable("first", "sleep", ".", "600").WithHealthCheck("check");
builder.AddExecutable("second", "sleep", ".", "600").WaitFor(first);
builder.Services.AddHostedService(_ => new Starts("added", clock));
builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => new Starts("inserted first", clock)));
await using var app = builder.Build();
clock.Start();
await app.StartAsync();
await app.StopAsync();

sealed class Starts(string how, System.Diagnostics.Stopwatch clock) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"SEEN {how}: {(clock.Elapsed.TotalSeconds > 6 ? "after the first resource was healthy" : "before the first resource was healthy")}");
        Console.Error.WriteLine($"{how} {clock.Elapsed.TotalSeconds:0.0} s");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
export ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development ASPIRE_ALLOW_UNSECURED_TRANSPORT=true
seen=$(./out/probe 2>&1 | sed -n 's/^SEEN //p')
expected='inserted first: before the first resource was healthy
added: after the first resource was healthy'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
