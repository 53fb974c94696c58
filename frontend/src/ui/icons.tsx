/** The mark, and the icons of Lucide as the app shows them: coloured by the text, silent to screen readers. */
import {
  Bell,
  ChartCandlestick,
  ChartPie,
  Check,
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  Clock,
  Coins,
  Dot,
  Download,
  Eye,
  EyeOff,
  Globe,
  Hourglass,
  House,
  KeyRound,
  ListOrdered,
  LogOut,
  type LucideIcon,
  Mail,
  Monitor,
  Moon,
  Plus,
  ReceiptText,
  Search,
  Send,
  Settings,
  ShieldCheck,
  Star,
  Sun,
  TrendingUp,
  TriangleAlert,
  Wallet,
  WifiOff,
  X,
} from "lucide-preact";

interface IconProps {
  class?: string;
}

const STROKE = 1.9;

function icon(Drawing: LucideIcon) {
  return ({ class: className = "size-5" }: IconProps) => (
    <Drawing class={className} strokeWidth={STROKE} aria-hidden="true" focusable="false" />
  );
}

export const SearchIcon = icon(Search);
export const CrossIcon = icon(X);
export const EyeIcon = icon(Eye);
export const EyeOffIcon = icon(EyeOff);
export const SunIcon = icon(Sun);
export const MoonIcon = icon(Moon);
export const ScreenIcon = icon(Monitor);
export const SignOutIcon = icon(LogOut);
export const ClockIcon = icon(Clock);
export const AlertIcon = icon(TriangleAlert);
export const CheckIcon = icon(Check);
export const DotIcon = icon(Dot);
export const HourglassIcon = icon(Hourglass);
export const OfflineIcon = icon(WifiOff);
export const ChartIcon = icon(ChartCandlestick);
export const DownloadIcon = icon(Download);
export const SendIcon = icon(Send);
export const WalletIcon = icon(Wallet);
export const PieIcon = icon(ChartPie);
export const ListIcon = icon(ListOrdered);
export const GearIcon = icon(Settings);
export const TrendIcon = icon(TrendingUp);
export const BackIcon = icon(ChevronLeft);
export const ForwardIcon = icon(ChevronRight);
export const DownIcon = icon(ChevronDown);
export const PlusIcon = icon(Plus);
export const HomeIcon = icon(House);
export const BellIcon = icon(Bell);
export const ReceiptIcon = icon(ReceiptText);
export const CoinsIcon = icon(Coins);
export const ShieldIcon = icon(ShieldCheck);
export const MailIcon = icon(Mail);
export const KeyIcon = icon(KeyRound);
export const GlobeIcon = icon(Globe);

/** Filled when on. */
export function StarIcon({ class: className = "size-5", isOn }: IconProps & { isOn: boolean }) {
  return (
    <Star
      class={className}
      strokeWidth={STROKE}
      fill={isOn ? "currentColor" : "none"}
      aria-hidden="true"
      focusable="false"
    />
  );
}

/** A sail: what 'vela' is, and a candle of a chart in its other meaning. */
export function Mark({ class: className = "size-8" }: IconProps) {
  return (
    <svg class={className} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" class="fill-brand" />
      <path
        d="M10.5 5.5v21M13.5 24.2h10"
        class="stroke-on-brand"
        stroke-width="2"
        stroke-linecap="round"
      />
      <path d="M13.5 7c6.4 2.6 10 7.6 10.5 14.5h-10.5z" class="fill-flame" />
    </svg>
  );
}
