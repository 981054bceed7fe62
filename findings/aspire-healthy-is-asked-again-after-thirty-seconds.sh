#!/usr/bin/env bash
# A resource that is healthy is asked again only after 30 s, and one that is starting after 1, 2, 3 s.
#
# Seen on: Aspire.Hosting.AppHost 13.6.5 (SDK 13.6.4), its DCP, linux-x64, .NET 10.
# Guess:   health checks run every few seconds, so that a server that hangs is shown within ten.
# Seen:    after the first healthy answer no check in the next 20 s. Before it the pauses grow by a second each time (1, 2, 3 …), so what is ready between two looks is found late.
# So:      watch for hangs yourself, and let a check wait for its resource during the start instead of failing at once.
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

var asked = new List<double>();
var clock = System.Diagnostics.Stopwatch.StartNew();
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
builder.Services.AddHealthChecks().AddCheck("check", () =>
{
    lock (asked)
        asked.Add(clock.Elapsed.TotalSeconds);
    return asked.Count > 3 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
});
builder.AddExecutable("sleeper", "sleep", ".", "600").WithHealthCheck("check");
await using var app = builder.Build();
await app.StartAsync();
while (asked.Count < 4)
    await Task.Delay(100);
await Task.Delay(TimeSpan.FromSeconds(20));
await app.StopAsync();
Console.WriteLine("SEEN pauses while unhealthy: " + string.Join(", ", asked.Take(4).Zip(asked.Skip(1), (a, b) => Math.Round(b - a))));
Console.WriteLine($"SEEN checks in the 20 s after the first healthy answer: {asked.Count - 4}");
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
export ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development ASPIRE_ALLOW_UNSECURED_TRANSPORT=true
seen=$(./out/probe 2>&1 | sed -n 's/^SEEN //p')
expected='pauses while unhealthy: 1, 2, 3
checks in the 20 s after the first healthy answer: 0'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
