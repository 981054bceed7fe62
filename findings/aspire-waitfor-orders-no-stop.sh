#!/usr/bin/env bash
# WaitFor orders the start of resources and not their end.
#
# Seen on: Aspire.Hosting.AppHost 13.6.5 (SDK 13.6.4), its DCP, linux-x64, .NET 10.
# Guess:   what waits for a server is stopped before the server, as it was started after it.
# Seen:    Both get SIGTERM within the same moment, so a program that needs its server to say goodbye finds it gone.
# So:      an application whose programs need a second of their servers at the end stops them itself before the host stops (a hosted service; hosted services of the application stop before Aspire's own).
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
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
var server = builder.AddExecutable("server", "bash", ".", "-c", Program("server", 1));
builder.AddExecutable("client", "bash", ".", "-c", Program("client", 3)).WaitFor(server);
builder.Build().Run();

// Says when it is asked to end, and takes its time.
static string Program(string name, int seconds) => $"trap 'date +%s%N > {Environment.GetEnvironmentVariable("PROBE")}/{name}.asked; sleep {seconds}; date +%s%N > {Environment.GetEnvironmentVariable("PROBE")}/{name}.gone; exit 0' TERM; touch {Environment.GetEnvironmentVariable("PROBE")}/{name}.up; while true; do sleep 0.05; done";
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
export ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development ASPIRE_ALLOW_UNSECURED_TRANSPORT=true PROBE=$work/probe; mkdir "$PROBE"
(trap - INT; exec ./out/probe >run.log 2>&1) & host=$!
for i in $(seq 200); do [ -e "$PROBE/client.up" ] && break; sleep 0.1; done
kill -TERM $host
for i in $(seq 200); do [ -e "$PROBE/client.gone" ] && [ -e "$PROBE/server.gone" ] && break; sleep 0.1; done
wait $host || true
if [ "$(cat "$PROBE/server.asked")" -lt "$(cat "$PROBE/client.gone")" ]; then seen="the server was asked to end before the client had gone"; else seen="the client had gone first"; fi
expected='the server was asked to end before the client had gone'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
